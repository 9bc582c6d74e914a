DELETE FROM outbox WHERE seq IN ({numbers $1})
