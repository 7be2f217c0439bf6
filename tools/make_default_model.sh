#!/usr/bin/env bash
# usage: tools/make_default_model.sh [--help]
#
# Makes the shipped model: simulates its training pairs at three force resolutions, trains with
# configs/default.ini, first on displacements, then also on densities, spectra and gradients, and writes
# configs/models/default.h5. This takes an hour and a quarter on two cores. Complete results in
# runs/default are not made again.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

only_help "$@"

cd "$root"
config=configs/default.ini
[ -x build/nubox ] || fail "build/nubox is missing: run tools/build.sh nubox"

simulate() {
  local mesh="$1" seeds="$2" masses="$3" steps="$4"
  nubox simulate "$config" "--simulate.mesh_factor=$mesh" "--simulate.seeds=$seeds" "--simulate.mnu_eV=$masses" \
    "--simulate.steps=$steps" "--simulate.out=runs/default/mesh-$mesh"
}

stage "pairs, mesh 2N" simulate 2 101-112,151-152 0,0.1,0.15,0.2,0.4,0.6 40
stage "pairs, mesh 4N, training" simulate 4 201-205 0,0.15,0.4,0.6 80
stage "pairs, mesh 4N, validation" simulate 4 251 0,0.15,0.6 80
stage "pairs, mesh 6N" simulate 6 301-303 0,0.15,0.6 80
stage "train: displacements" nubox train "$config" --train.calibrate=false --train.out=runs/default/displacements
stage "train: densities" nubox train "$config" --train.start=runs/default/displacements/model.h5 --loss.eulerian=1 \
  --loss.gradient=1 --loss.spectral=2000 --train.learning_rate=2e-3 --train.epochs=8 --train.out=runs/default/densities
mkdir -p configs/models
cp runs/default/densities/model.h5 configs/models/default.h5
