import django.db.models.deletion
from django.db import migrations, models


def give_each_seat_its_role(apps, editor) -> None:
    """A seat whose role was taken away is given up: whoever held it has no part in the event."""
    memberships = apps.get_model("teams", "Membership").objects
    roles = apps.get_model("events", "Role").objects.filter(
        event=models.OuterRef("event"), user=models.OuterRef("user"), kind="participant"
    )
    memberships.update(role=models.Subquery(roles.values("pk")[:1]))
    memberships.filter(role=None).delete()


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial"), ("teams", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="membership",
            name="role",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.role"
            ),
        ),
        migrations.RunPython(give_each_seat_its_role, migrations.RunPython.noop),
    ]
