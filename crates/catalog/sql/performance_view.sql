SELECT performances.id, performances.job_id, performances.source_id, sources.canonical AS source_name, performances.title,
       performances.uploader, performances.licence, performances.duration_secs, performances.notes, performances.fingered_notes,
       performances.mean_confidence, performances.engine_versions, performances.metadata, performances.created_ms
FROM performances JOIN sources ON sources.id = performances.source_id
