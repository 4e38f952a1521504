import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """An event bears the moment that its actor acts at, which only a past that is told anew sets apart from now."""

    dependencies = [("activity", "0002_renumber")]

    operations = [
        migrations.AlterField("event", "occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
    ]
