DELETE FROM uploads WHERE expires_ms < now_ms()
