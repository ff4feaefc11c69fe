"""The channel for the web form: a citizen's browser, without an account and without a device."""
