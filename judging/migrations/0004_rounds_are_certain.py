import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("judging", "0003_first_rounds")]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="judging.round"
            ),
        ),
        migrations.AlterField(
            model_name="criterion",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="criteria", to="judging.round"
            ),
        ),
        migrations.RemoveField(model_name="criterion", name="event"),
    ]
