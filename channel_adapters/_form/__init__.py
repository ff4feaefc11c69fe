"""What our own forms share: the app's and the web page's. A leading underscore: no channel."""
