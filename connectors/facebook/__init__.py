"""A Facebook page: Messenger conversations and the public comments on its posts."""
