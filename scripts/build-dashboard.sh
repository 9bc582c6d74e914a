#!/usr/bin/env bash
# Builds the dashboard's static files, which the API carries within itself, if anything they are made of has changed.
set -euo pipefail
cd "$(dirname "$0")/../services/dashboard"

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

# What is installed is remembered by what was asked for, so that an interrupted installation is done again.
wanted=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.toccata-lock 2>/dev/null)" != "$wanted" ]; then
    say "installing what the dashboard is built with"
    npm ci --no-audit --no-fund --loglevel=error
    echo "$wanted" >node_modules/.toccata-lock
fi

if [ -f dist/index.html ] && [ -z "$(find src public index.html package-lock.json vite.config.ts tsconfig.json -newer dist/index.html -print -quit)" ]; then
    exit 0
fi
say "building the dashboard"
npm run --silent build -- --logLevel warn
