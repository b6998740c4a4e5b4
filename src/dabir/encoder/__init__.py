"""The small encoder that reads text for the learned stages."""
