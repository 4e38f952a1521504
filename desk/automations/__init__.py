"""Settings → Automations: the built-in reactions, their switches, what they did and what they would have done."""
