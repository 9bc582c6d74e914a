UPDATE hosts SET strikes = 0 WHERE host = $1 AND strikes > 0
