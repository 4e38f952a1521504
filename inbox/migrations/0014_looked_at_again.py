"""Below 0.78 a label needs a look now, where it was 0.7: what is open is looked at again, as `inbox.thresholds.move`
does. What a person said is sure whatever the threshold, and one that a workspace moved stays where it is."""

from django.db import migrations

LOOK_AGAIN = """
UPDATE inbox_conversation conversation
SET needs_look = tag.confidence < coalesce(threshold.value, 0.78)
FROM inbox_intenttag tag
LEFT JOIN inbox_intentthreshold threshold
    ON threshold.workspace_id = tag.workspace_id AND threshold.intent = tag.intent
WHERE tag.id = conversation.intent_tag_id
    AND tag.made_by <> 'person'
    AND conversation.status <> 'closed'
    AND conversation.needs_look <> (tag.confidence < coalesce(threshold.value, 0.78))
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0013_moved_with_their_client")]

    operations = [
        migrations.RunSQL(LOOK_AGAIN, migrations.RunSQL.noop),
    ]
