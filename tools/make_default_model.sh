#!/usr/bin/env bash
# usage: tools/make_default_model.sh [--help]
#
# Makes the shipped model: simulates training pairs with mesh forces at three resolutions, trains with
# configs/default.ini, first on displacements, then also on densities, spectra and gradients; simulates pairs with P3M
# forces, as tree codes have them, and adapts the model to these and to pairs of a mesh of 2N. It writes
# configs/models/default.h5. This takes an hour and a quarter for mesh forces and as much for P3M on two cores.
# Complete results in runs/default are not made again.
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
# These stages are those of version 0.1, with its epoch of the rewind.
stage "train: displacements" nubox train "$config" --prior.epoch_k_hmpc=3 --train.calibrate=false --train.out=runs/default/displacements
stage "train: densities" nubox train "$config" --prior.epoch_k_hmpc=3 --train.start=runs/default/displacements/model.h5 --loss.eulerian=1 \
  --loss.gradient=1 --loss.spectral=2000 --train.learning_rate=2e-3 --train.epochs=8 --train.out=runs/default/densities

adapt=runs/default/adapt
stage "pairs, P3M, training" nubox simulate "$config" --simulate.force=p3m --simulate.steps=200 --simulate.seeds=401-404 \
  --simulate.mnu_eV=0,0.15,0.4,0.6 "--simulate.out=$adapt/p3m"
stage "pairs, P3M, validation" nubox simulate "$config" --simulate.force=p3m --simulate.steps=200 --simulate.seeds=451 \
  --simulate.mnu_eV=0,0.15,0.6 "--simulate.out=$adapt/p3m"
stage "pairs, mesh 2N, fewer" nubox simulate "$config" --simulate.seeds=101-105,151 --simulate.mnu_eV=0,0.15,0.4,0.6 \
  "--simulate.out=$adapt/mesh-2"
stage "train: P3M" nubox train "$config" "--data.pairs=$adapt/mesh-2/pair-*,$adapt/p3m/pair-*" --data.split=0.85,0.15,0 \
  --train.start=runs/default/densities/model.h5 --loss.eulerian=1 --loss.gradient=1 --loss.spectral=2000 \
  --train.learning_rate=2e-3 --train.epochs=8 --train.precision=fp32 --train.out=runs/default/adapted
mkdir -p configs/models
cp runs/default/adapted/model.h5 configs/models/default.h5
