from django.db import migrations


def give_each_event_its_round(apps, schema_editor):
    """What was judged before there were rounds was judged in the first."""
    Round = apps.get_model("judging", "Round")
    Criterion = apps.get_model("judging", "Criterion")
    Assignment = apps.get_model("judging", "Assignment")
    events = set(Criterion.objects.values_list("event_id", flat=True))
    events |= set(Assignment.objects.values_list("event_id", flat=True))
    for event in sorted(events):
        made = Round.objects.create(event_id=event, position=1)
        Criterion.objects.filter(event_id=event).update(round=made)
        given = Assignment.objects.filter(event_id=event)
        given.update(round=made)
        for assignment in given:  # judges saw them from the moment they were given
            Assignment.objects.filter(pk=assignment.pk).update(released_at=assignment.given_at)


class Migration(migrations.Migration):
    dependencies = [("judging", "0002_rounds")]

    operations = [migrations.RunPython(give_each_event_its_round, migrations.RunPython.noop)]
