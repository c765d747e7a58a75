"""check: what a finished output holds that it must not, and when it changes by itself."""
