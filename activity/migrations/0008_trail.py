from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The log may be long, and is written to all the time: nobody waits for its new indexes."""

    atomic = False

    dependencies = [("activity", "0007_told_live")]

    operations = [
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(fields=["workspace", "occurred_at", "sequence"], name="activity_event_trail"),
        ),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(fields=["workspace", "type", "occurred_at", "sequence"], name="activity_event_trail_type"),
        ),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                condition=models.Q(("actor_id__isnull", False)),
                fields=["workspace", "actor_id", "occurred_at", "sequence"],
                name="activity_event_trail_actor",
            ),
        ),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                condition=models.Q(("actor_id", None)),
                fields=["workspace", "actor_name", "occurred_at", "sequence"],
                name="activity_event_trail_itself",
            ),
        ),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                condition=models.Q(("client__isnull", False)),
                fields=["client", "occurred_at", "sequence"],
                name="activity_event_trail_client",
            ),
        ),
    ]
