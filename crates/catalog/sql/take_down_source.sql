UPDATE sources SET taken_down_ms = COALESCE(taken_down_ms, now_ms()), taken_down_reason = COALESCE(taken_down_reason, $2) WHERE id = $1
