# tests/ledger/cluster.sh - sourced by scripts that need a PostgreSQL server: clusters of their own in a folder
# of their own, reached by its socket only, run by a user without rights (PostgreSQL refuses root).
# Sets CLUSTERS (the folder) and ends every server at the end of the script.
PG_BIN=$(pg_config --bindir)
CLUSTERS=$(mktemp -d "${TMPDIR:-/tmp}/pg-XXXXXX")
if [ "$(id -u)" -eq 0 ]; then
    chown nobody "$CLUSTERS"
fi

as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
    else
        "$@"
    fi
}

cluster_uri() { # NAME...: a connection string; several: whichever takes writes
    hosts=''
    for host; do
        hosts=$hosts${hosts:+,}$CLUSTERS/$host
    done
    echo "postgresql://ledger@/postgres?host=$hosts"
}

cluster_settle() { # NAME: the settings of a new data folder
    as_nobody mkdir -p "$CLUSTERS/$1"
    as_nobody tee -a "$CLUSTERS/$1.data/postgresql.conf" >/dev/null <<END
listen_addresses = ''
unix_socket_directories = '$CLUSTERS/$1'
shared_buffers = 16MB
max_connections = 60
dynamic_shared_memory_type = mmap
checkpoint_completion_target = 0
wal_retrieve_retry_interval = 100ms
END
}

cluster_make() { # NAME
    as_nobody "$PG_BIN/initdb" -D "$CLUSTERS/$1.data" -A trust -U ledger --no-sync --locale=C.UTF-8 -E UTF8 >/dev/null
    cluster_settle "$1"
}

cluster_copy() { # NAME OF: a standby of a running server, under its own name
    as_nobody "$PG_BIN/pg_basebackup" -d "host=$CLUSTERS/$2 user=ledger application_name=$1" -D "$CLUSTERS/$1.data" \
        -R -X stream -c fast --no-sync
    cluster_settle "$1"
}

cluster_promote() { # NAME
    as_nobody "$PG_BIN/pg_ctl" -D "$CLUSTERS/$1.data" -w -t 30 promote >/dev/null
}

cluster_until() { # NAME SQL: waits, 20 s at most, until it answers t
    for _ in $(seq 400); do
        [ "$(cluster_ask "$1" "$2" 2>/dev/null)" = t ] && return 0
        sleep 0.05
    done
    return 1
}

cluster_needs() { # NAME STANDBY: commits wait for that standby ('' for none)
    cluster_ask "$1" "ALTER SYSTEM SET synchronous_standby_names = '$2'" &&
        cluster_ask "$1" "SELECT pg_reload_conf()" >/dev/null &&
        cluster_until "$1" "SELECT current_setting('synchronous_standby_names') = '$2'"
}

cluster_start() { # NAME
    as_nobody "$PG_BIN/pg_ctl" -D "$CLUSTERS/$1.data" -w -t 30 -l "$CLUSTERS/$1.log" start >/dev/null
}

cluster_stop() { # NAME: with the clients' lines cut
    as_nobody "$PG_BIN/pg_ctl" -D "$CLUSTERS/$1.data" -w -m immediate stop >/dev/null
}

cluster_pid() { # NAME
    sed -n 1p "$CLUSTERS/$1.data/postmaster.pid"
}

cluster_kill() { # NAME: the whole server at once, as a crash would
    pid=$(cluster_pid "$1")
    # shellcheck disable=SC2046 # process numbers are words
    kill -9 "$pid" $(ps -o pid= --ppid "$pid") 2>/dev/null
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.02
    done
}

cluster_ask() { # NAME SQL: what psql answers, bare
    psql -X -q -A -t -v ON_ERROR_STOP=1 "$(cluster_uri "$1")" -c "$2"
}

clusters_end() {
    for data in "$CLUSTERS"/*.data; do
        if [ -e "$data/postmaster.pid" ]; then
            as_nobody "$PG_BIN/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1
        fi
    done
    rm -rf "$CLUSTERS"
}
