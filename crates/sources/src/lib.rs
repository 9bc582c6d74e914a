//! Where videos come from: web addresses, yt-dlp, uploads, buckets; who may be asked, and how politely.
