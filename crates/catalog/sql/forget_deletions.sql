DELETE FROM deletions WHERE sha256 IN ({texts $1})
