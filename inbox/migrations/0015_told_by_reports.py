from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """There may be millions of messages, and more come in all the time: nobody waits for the new index. It does what
    the old one did, which goes once it stands."""

    atomic = False

    dependencies = [("inbox", "0014_looked_at_again")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["workspace", "-occurred_at", "-id"],
                include=["conversation", "client", "position", "direction", "author_kind", "author_id"],
                name="inbox_message_told",
            ),
        ),
        RemoveIndexConcurrently(model_name="message", name="inbox_message_recent"),
    ]
