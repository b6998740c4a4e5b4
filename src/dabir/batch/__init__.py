"""The same reading, mapped over many articles on many machines."""
