from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0003_board'),
    ]

    operations = [
        migrations.AddField(
            model_name='stage',
            name='retired_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
