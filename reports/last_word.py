"""What a message wants: by the last word of a person about it, else by the newest judgement."""

# One row for each message that anybody judged. The workspace is asked of both, so that either can be read whole.
LAST_WORD = """
    SELECT tag.message_id, tag.intent, tag.made_by FROM inbox_intenttag tag
    WHERE tag.workspace_id = %s AND NOT EXISTS (
        SELECT FROM inbox_intenttag later
        WHERE later.workspace_id = tag.workspace_id AND later.message_id = tag.message_id
            AND (later.made_by = 'person', later.created_at, later.id)
                > (tag.made_by = 'person', tag.created_at, tag.id)
    )
"""
