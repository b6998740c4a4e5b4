"""From the source's characters to a text that later stages can match on."""
