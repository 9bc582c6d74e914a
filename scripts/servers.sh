#!/usr/bin/env bash
# Private servers on loopback, each with its own data folder and a free port: what the tests and `make cluster` run against.
# The one place that says how they are started.
#
#   servers.sh start postgres|rabbitmq|s3 FOLDER   starts it (again, on its old port and data) and prints its URL
#   servers.sh stop  postgres|rabbitmq|s3 FOLDER   ends it in order
#   servers.sh kill  postgres|rabbitmq|s3 FOLDER   ends it without warning
#   servers.sh guard FOLDER                        waits for the end of its standard input, then kills all and removes FOLDER
#
# FOLDER/<server>/ then holds data/, log, port, pid and url. As root the servers run as users without rights.
# SERVERS_DURABLE=no   lets PostgreSQL skip fsync: for tests, where losing data to a power cut does not matter
# S3_SERVER=PATH       the S3 server, a program of the package `tests`
set -euo pipefail

# Starting takes RabbitMQ 4 s on an idle machine and 50 s on a busy one.
readonly START_LIMIT_SECS=150
readonly STOP_LIMIT_SECS=60
readonly LOWEST_PORT=11000

main() {
    [ $# -ge 2 ] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
    if [ "$1" = guard ]; then
        guard "$2"
        return
    fi
    local verb=$1 server=$2 folder=$3
    case $server in postgres | rabbitmq | s3) ;; *) fail "no server $server: postgres, rabbitmq or s3" ;; esac
    mkdir -p "$folder/$server"
    here=$(cd "$folder/$server" && pwd)
    case $verb in
        start) start "$server" ;;
        stop | kill) running && "${verb}_$server" && wait_until_gone; rm -f "$here/pid" ;;
        *) fail "no verb $verb: start, stop, kill or guard" ;;
    esac
}

start() {
    running && { cat "$here/url"; return; }
    # The port stays the same for the life of the folder, so that clients find a restarted server.
    [ -s "$here/port" ] || free_port >"$here/port"
    port=$(cat "$here/port")
    "start_$1"
    wait_until_ready "$1"
    cat "$here/url"
}

# ---- PostgreSQL

start_postgres() {
    local bin settings=()
    bin=$(postgres_programs)
    [ -d "$here/data" ] || fill_from_template "$bin"
    # synchronous_commit stays on: a killed server must still hold what it confirmed.
    [ "${SERVERS_DURABLE:-yes}" = yes ] || settings=(-c fsync=off -c full_page_writes=off)
    echo "postgres://postgres@127.0.0.1:$port/postgres" >"$here/url"
    in_background postgres "$bin/postgres" -D "$here/data" -p "$port" -h 127.0.0.1 -k "$here" -c max_connections=300 "${settings[@]}"
}

ready_postgres() { "$(postgres_programs)/pg_isready" -q -U postgres -d postgres -h 127.0.0.1 -p "$port"; }
stop_postgres() { signal INT; }
# QUIT ends every backend at once and without a checkpoint; KILL would leave backends behind that hold the data folder.
kill_postgres() { signal QUIT; }

# The newest version, where Debian keeps it, or what is on the path.
postgres_programs() {
    local newest
    newest=$(find /usr/lib/postgresql -maxdepth 3 -name initdb -path '*/bin/*' 2>/dev/null | sort -V | tail -1)
    [ -n "$newest" ] || newest=$(command -v initdb) || fail "PostgreSQL is not installed: run scripts/setup.sh"
    dirname "$newest"
}

# initdb takes a second or two, so it is done once for this machine and version, and copied.
fill_from_template() {
    local bin=$1 template new user
    template="${TMPDIR:-/tmp}/toccata-postgres-template-$(id -u)-$("$bin/postgres" --version | tr -c 'A-Za-z0-9.\n' _)"
    user=$(unprivileged postgres)
    if [ ! -d "$template" ]; then
        new=$(mktemp -d "$template.XXXXXX")
        give "$user" "$new"
        drop_rights "$user"
        "${without_rights[@]}" "$bin/initdb" -D "$new/data" -U postgres -A trust --encoding=UTF8 --locale=C --no-sync >"$here/initdb.log" 2>&1 ||
            { cat "$here/initdb.log" >&2; fail "initdb failed"; }
        # Another run may have been faster; then its template serves.
        mv -T "$new" "$template" 2>/dev/null || rm -rf "$new"
    fi
    [ -O "$template" ] || [ "$(stat -c %U "$template")" = "$user" ] || fail "$template belongs to somebody else"
    cp -a "$template/data" "$here/data"
}

# ---- RabbitMQ

start_rabbitmq() {
    local program user
    program=$(find /usr/lib/rabbitmq/bin /usr/lib/rabbitmq/lib -name rabbitmq-server -path '*bin/*' 2>/dev/null | head -1)
    [ -n "$program" ] || fail "RabbitMQ is not installed: run scripts/setup.sh"
    user=$(unprivileged rabbitmq)
    mkdir -p "$here/home" "$here/data"
    [ -s "$here/epmd_port" ] || free_port >"$here/epmd_port"
    [ -s "$here/dist_port" ] || free_port >"$here/dist_port"
    cat >"$here/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 100MB
log.console = true
log.console.level = warning
log.file = false
CONF
    echo '[].' >"$here/enabled_plugins"
    [ -s "$here/home/.erlang.cookie" ] || (umask 077 && head -c 24 /dev/urandom | base64 | tr -dc A-Za-z0-9 >"$here/home/.erlang.cookie")
    chmod 400 "$here/home/.erlang.cookie"
    echo "amqp://guest:guest@127.0.0.1:$port/%2f" >"$here/url"
    give "$user" "$here"
    # An own epmd (Erlang's list of nodes) on an own port, so that nodes of this machine do not meet.
    HOME=$here/home ERL_EPMD_PORT=$(cat "$here/epmd_port") ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_NODENAME=toccata$port@localhost RABBITMQ_NODE_PORT=$port RABBITMQ_DIST_PORT=$(cat "$here/dist_port") \
        RABBITMQ_CONFIG_FILE=$here/rabbitmq.conf RABBITMQ_CONF_ENV_FILE=/dev/null \
        RABBITMQ_ENABLED_PLUGINS_FILE=$here/enabled_plugins RABBITMQ_MNESIA_BASE=$here/data RABBITMQ_LOG_BASE=$here \
        RABBITMQ_PID_FILE=$here/node_pid \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none" \
        in_background rabbitmq "$program"
}

ready_rabbitmq() { listening "$port"; }
stop_rabbitmq() { signal TERM; }
kill_rabbitmq() { kill -KILL "$(cat "$here/node_pid")" 2>/dev/null || signal KILL; }

# epmd outlives its node.
gone_rabbitmq() {
    local epmd
    epmd=$(command -v epmd || find /usr/lib/erlang -name epmd -type f 2>/dev/null | head -1)
    ERL_EPMD_ADDRESS=127.0.0.1 "$epmd" -port "$(cat "$here/epmd_port")" -kill >/dev/null 2>&1 || true
}

# ---- S3

start_s3() {
    local program=${S3_SERVER:-${CARGO_TARGET_DIR:-target}/release/s3-server}
    [ -x "$program" ] || fail "$program is missing: cargo build --release -p tests --bin s3-server"
    mkdir -p "$here/data"
    echo "http://127.0.0.1:$port" >"$here/url"
    # Runs as whoever built it: the build folder need not be readable for others.
    setsid "$program" "$here/data" "127.0.0.1:$port" >"$here/log" 2>&1 </dev/null &
    echo $! >"$here/pid"
}

ready_s3() { listening "$port"; }
stop_s3() { signal TERM; }
kill_s3() { signal KILL; }

# ---- for all

guard() {
    local folder=$1 server
    trap '' INT TERM HUP
    cat >/dev/null
    for server in postgres rabbitmq s3; do
        here=$folder/$server
        [ -d "$here" ] || continue
        running && "kill_$server" && (wait_until_gone) || true
        [ "$server" != rabbitmq ] || gone_rabbitmq
    done
    rm -rf "$folder"
}

in_background() {
    local user
    user=$(unprivileged "$1")
    shift
    give "$user" "$here"
    (
        drop_rights "$user"
        exec "${without_rights[@]}" setsid "$@" >"$here/log" 2>&1 </dev/null
    ) &
    echo $! >"$here/pid"
}

# The user a server runs as: nobody changes to itself, root to the server's own user or to nobody.
unprivileged() {
    if [ "$(id -u)" != 0 ]; then id -un; elif id "$1" >/dev/null 2>&1; then echo "$1"; else echo nobody; fi
}

# Sets the words that are to stand before a command which that user runs.
drop_rights() {
    without_rights=()
    [ "$(id -u)" != 0 ] || without_rights=(setpriv "--reuid=$1" "--regid=$(id -g "$1")" --clear-groups)
}

give() { [ "$(id -u)" != 0 ] || chown -R "$1" "$2"; }

# A process that ended but that nobody has collected yet does not count.
running() { [ -s "$here/pid" ] && grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$(cat "$here/pid")/status" 2>/dev/null; }

signal() { kill "-$1" "$(cat "$here/pid")"; }

wait_until_ready() {
    local end=$((SECONDS + START_LIMIT_SECS))
    until "ready_$1"; do
        running || { tail -20 "$here/log" >&2; fail "$1 ended while starting"; }
        [ $SECONDS -lt $end ] || { tail -20 "$here/log" >&2; fail "$1 is not ready after $START_LIMIT_SECS s"; }
        sleep 0.02
    done
}

wait_until_gone() {
    local end=$((SECONDS + STOP_LIMIT_SECS))
    while running; do
        [ $SECONDS -lt $end ] || fail "process $(cat "$here/pid") does not end"
        sleep 0.02
    done
}

# A port nothing listens on, below those the kernel gives to outgoing connections: no client can take it while the server
# is stopped.
free_port() {
    local first_outgoing port
    read -r first_outgoing _ </proc/sys/net/ipv4/ip_local_port_range
    [ "$first_outgoing" -gt $((LOWEST_PORT + 1000)) ] || first_outgoing=32768
    while :; do
        port=$((LOWEST_PORT + (RANDOM * 32768 + RANDOM) % (first_outgoing - LOWEST_PORT)))
        listening "$port" || break
    done
    echo "$port"
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

fail() {
    echo "servers.sh: $*" >&2
    exit 1
}

main "$@"
