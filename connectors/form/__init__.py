"""The web form: a page that works without JavaScript, and a page on which the conversation goes on."""
