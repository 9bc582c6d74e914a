#!/usr/bin/env bash
# Installs what the build and the commands need on a Debian or Ubuntu machine, and only what is missing. Run twice, the
# second time does nothing. Rust itself (rustup.rs) has to be there.
set -euo pipefail

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

packages=(
    build-essential pkg-config clang libclang-dev                            # compiling the FFmpeg bindings
    libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libswresample-dev # reading and writing media
    libavfilter-dev libavdevice-dev
    ffmpeg                                                                   # making test media
    python3 python3-pip                                                      # pip fetches models; none of their code is run
    timgm6mb-soundfont                                                       # the sound of rendered performances
    postgresql rabbitmq-server                                               # private servers for tests and `make cluster`
)

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
# A machine may have these from elsewhere than Debian's packages.
python3 -m pip --version >/dev/null 2>&1 && missing=("${missing[@]/python3-pip/}")
command -v npm >/dev/null || missing+=(npm)

wanted=$(printf '%s\n' "${missing[@]}" | sed '/^$/d' | tr '\n' ' ')
if [ -n "${wanted// /}" ]; then
    say "installing system packages: $wanted"
    command -v apt-get >/dev/null || { echo "no apt-get here: install the equivalents of: $wanted" >&2; exit 1; }
    root=; [ "$(id -u)" = 0 ] || root=sudo
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

command -v cargo >/dev/null || { echo "cargo is missing: install Rust 1.92 or newer from https://rustup.rs and run this again" >&2; exit 1; }
