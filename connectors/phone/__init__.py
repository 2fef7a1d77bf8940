"""Phone: calls and text messages of a Twilio-style provider."""
