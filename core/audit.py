from django.db import models

from core import clock, logs
from core.models import AuditRow


def record(by, verb: str, subject: models.Model, **details) -> AuditRow:
    """Write the audit row of an action, in its transaction, as its last statement.

    `verb` is `<app>.<past participle>`. `subject.scope` says which event it belongs to. Details are
    plain values: what changed, why, what was seen; never a secret, never text that was screened out.
    `by` is None for what happens by rule, without a person.
    """
    return AuditRow.objects.create(
        at=clock.now(),
        by=by,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        scope=getattr(subject, "scope", ""),
        details=details,
        request_id=logs.request_id.get(),
    )
