INSERT INTO performances (id, job_id, source_id, title, uploader, licence, duration_secs, notes, fingered_notes, mean_confidence,
                          engine_versions, metadata, created_ms)
SELECT $1, $2, sources.id, sources.title, sources.uploader, sources.licence, $4, $5, $6, $7, $8, $9, now_ms()
FROM sources WHERE sources.id = $3
