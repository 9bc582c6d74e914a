SELECT sha256 FROM artifacts WHERE sha256 IN ({texts $1})
UNION
SELECT artifact_sha256 FROM uploads WHERE artifact_sha256 IN ({texts $1})
