#!/usr/bin/env bash
# Installs what the build and the commands need on a Debian or Ubuntu machine, and only what is missing. Run twice, the
# second time does nothing. Rust itself (rustup.rs) has to be there. Installing needs root, or sudo; without either it says
# what to ask an administrator for.
set -euo pipefail

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
stop() { printf '%s\n' "$@" >&2; exit 1; }

# Asked first: packages take minutes, and Debian's own Rust stumbles over the workspace without a clear word.
rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$(dirname "$0")/../Cargo.toml")
rust_found=$(cargo --version 2>/dev/null | cut -d' ' -f2) || true
if [ "$(printf '%s\n' "$rust_wanted" "${rust_found:-0}" | sort -V | head -1)" != "$rust_wanted" ]; then
    stop "Rust $rust_wanted or newer is needed, and ${rust_found:+only }${rust_found:-none} was found: install it from https://rustup.rs" \
        "(then open a new shell, so that cargo is on the PATH) and run this again."
fi

packages=(
    build-essential pkg-config clang libclang-dev                            # compiling the FFmpeg bindings
    libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libswresample-dev # reading and writing media
    libavfilter-dev libavdevice-dev
    ffmpeg                                                                   # making test media, putting streams into one file
    python3 python3-pip                                                      # pip fetches models and yt-dlp; of the models no code is run
    python3-venv                                                             # the fuzzer and the peers of `make bench-label` are kept apart
    ca-certificates curl                                                     # fetching over https; asking the API in its fuzz test
    timgm6mb-soundfont                                                       # the sound of rendered performances
    libegl1 libgl1 libgl1-mesa-dri                                           # drawing the simulated hands without a screen
    postgresql rabbitmq-server                                               # private servers for tests and `make cluster`
)

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
# A machine may have these from elsewhere than Debian's packages.
python3 -m pip --version >/dev/null 2>&1 && missing=("${missing[@]/python3-pip/}")
python3 -c 'import ensurepip' 2>/dev/null && missing=("${missing[@]/python3-venv/}")
command -v npm >/dev/null || missing+=(npm)
# Looks at the dashboard in its tests. Ubuntu's package of this name only points at a snap: name another browser there.
[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || missing+=(chromium)

wanted=$(printf '%s\n' "${missing[@]}" | sed '/^$/d' | paste -sd ' ')
if [ -n "$wanted" ]; then
    command -v apt-get >/dev/null || stop "There is no apt-get here: install the equivalents of these and run this again:" "  $wanted"
    root=
    if [ "$(id -u)" != 0 ]; then
        root=sudo
        # Asks for the password where there is a terminal to ask on; a failure has said its reason.
        command -v sudo >/dev/null && sudo true || stop \
            "These packages are missing, and $(id -un) cannot install them (that takes root or sudo). As root, run" \
            "  apt-get update && apt-get install --no-install-recommends $wanted" \
            "and then, as yourself, this again."
    fi
    say "installing system packages: $wanted"
    $root apt-get update -qq
    # The servers are for private use (scripts/servers.sh): what is installed here is started neither now nor at boot. For
    # the time of the installation Debian's policy-rc.d says so, unless the machine has one of its own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap '$root rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' | $root tee $policy >/dev/null
        $root chmod +x $policy
    fi
    # shellcheck disable=SC2086 # the list is words
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    if [ -d /run/systemd/system ]; then
        for service in postgresql rabbitmq-server; do
            case " $wanted " in *" $service "*) $root systemctl --quiet disable "$service" ;; esac
        done
    fi
else
    say "system packages are there"
fi
