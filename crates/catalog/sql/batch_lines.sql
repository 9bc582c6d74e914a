-- How many lines of each batch are in each state, with each reason, and how many of their jobs ended in the last ten minutes.
SELECT batch_items.batch_id, jobs.state, CASE WHEN jobs.state = 'discarded' THEN jobs.failure_code ELSE batch_items.refusal_code END AS code,
       COUNT(*) AS lines,
       COUNT(CASE WHEN jobs.state IN ('completed', 'discarded') AND jobs.finished_ms >= (SELECT now_ms()) - 600000 THEN 1 END) AS ended_lately
FROM batch_items LEFT JOIN jobs ON jobs.id = batch_items.job_id
