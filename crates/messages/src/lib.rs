//! What travels through the broker, as proto/ defines it.
