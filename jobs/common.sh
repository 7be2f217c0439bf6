# Sourced by every script of jobs/: the site, messages, starting nubox, and what exit code 85 means.
# shellcheck shell=bash
jobs="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
train_options=()
# shellcheck source=jobs/site.env
source "$jobs/site.env"
# Beside jobs/, or, for a copy of it, where the program is installed.
tools="$jobs/../tools"
[ -d "$tools" ] || tools="$(dirname "$(command -v "$nubox")")/../share/nubox/tools"

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "nubox jobs: $*"
  exit 1
}

# The comment block that starts with "# usage:" is the help text of a script.
usage() { sed -n '/^# usage:/,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$1"; }

# require_arguments SCRIPT LEAST "$@": --help or too few arguments print the usage text and exit.
require_arguments() {
  local script="$1" least="$2"
  shift 2
  [ "${1:-}" != --help ] || { usage "$script" && exit 0; }
  [ "$#" -ge "$least" ] || { usage "$script" >&2 && exit 2; }
}

# Threads and launcher of this job. Outside of Slurm: mpirun on NUBOX_RANKS ranks.
begin_job() {
  [ -z "${NUBOX_PARSE_ONLY:-}" ] || return 0
  prepare_node
  export OMP_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}"
  export SRUN_CPUS_PER_TASK="${SLURM_CPUS_PER_TASK:-1}" # srun does not inherit it from sbatch
  [ -n "${SLURM_JOB_ID:-}" ] || launch=(mpirun -np "${NUBOX_RANKS:-1}")
  # Ranks that end with 85 need not end at the same time: the last one has a minute.
  [ "${launch[0]:-}" != srun ] || launch+=(--kill-on-bad-exit=0 --wait=60)
  say "== ${SLURM_JOB_NAME:-job} ${SLURM_JOB_ID:-outside of Slurm}, start $((${SLURM_RESTART_COUNT:-0} + 1))," \
    "${SLURM_NTASKS:-${NUBOX_RANKS:-1}} ranks of $OMP_NUM_THREADS threads on ${SLURM_JOB_NODELIST:-$HOSTNAME}"
}

# Minutes that squeue's "[days-][[hours:]minutes:]seconds" holds, rounded down; 0 for no limit.
minutes_of() {
  local days=0 time="$1" fields seconds=0 field
  [[ "$time" =~ ^([0-9]+-)?[0-9:]+$ ]] || { echo 0 && return; }
  [[ "$time" != *-* ]] || { days="${time%%-*}" && time="${time#*-}"; }
  IFS=: read -ra fields <<<"$time"
  for field in "${fields[@]}"; do seconds=$((seconds * 60 + 10#$field)); done
  echo $(((days * 86400 + seconds) / 60))
}

# Minutes until the time limit of this job; 0 where there is none.
minutes_left() {
  [ -n "${SLURM_JOB_ID:-}" ] || { echo 0 && return; }
  minutes_of "$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%L)"
}

# Slurm signals the batch shell (--signal=B:USR1@...), which forwards it: srun and mpirun both pass SIGUSR1 to
# every rank. SIGTERM is not trapped: a cancelled job must not requeue itself.
hand_on_signal() {
  signalled=true
  [ -z "${child:-}" ] || kill -USR1 "$child" 2>/dev/null || true
}
trap hand_on_signal USR1

# run COMMAND...: nubox on all ranks. Its messages go to the log and to the file $messages.
messages="$(mktemp "${TMPDIR:-/tmp}/nubox-messages.XXXXXX")"
trap 'rm -f "$messages"' EXIT
run() {
  local code log tee
  # submit.sh --dry-run: the options are parsed, nothing is done.
  if [ -n "${NUBOX_PARSE_ONLY:-}" ]; then
    "$nubox" "$@" --help >/dev/null
    exit
  fi
  exec {log}> >(trap '' USR1 && exec tee "$messages" >&2)
  tee=$!
  "${launch[@]}" "$nubox" "$@" 2>&"$log" &
  child=$!
  # A trapped signal ends the wait before the child has ended; the shell keeps the child's own code.
  signalled=true
  while $signalled; do
    signalled=false
    code=0
    wait "$child" || code=$?
  done
  child=
  exec {log}>&-
  wait "$tee" || true
  return "$code"
}

# The progress of a job: its complete boxes and the last message of the program.
progress_in() {
  find "$1" -name '*.h5' ! -path '*checkpoint*' 2>/dev/null | sort
  grep -h ' stopped ' "$messages" || true
}

# requeue DIRECTORY: requeues this job, unless it stopped too often without progress.
requeue() {
  local count=0 seen reached state=".nubox-restarts-${SLURM_JOB_ID:-$$}"
  [ -n "${SLURM_JOB_ID:-}" ] || { say "stopped on purpose: run it again to go on" && return; }
  reached="$(progress_in "$1" | cksum)"
  if [ -e "$state" ] && { read -r count && read -r seen; } <"$state" && [ "$seen" = "$reached" ]; then
    count=$((count + 1))
  else
    count=0
  fi
  if [ "$count" -ge "$max_fruitless_restarts" ]; then
    rm -f "$state"
    fail "stopped at the same place for the $((count + 1))th time, not queued again: is the time limit too short for one step and a checkpoint?"
  fi
  printf '%s\n' "$count" "$reached" >"$state"
  say "== stopped on purpose with a checkpoint: queued again"
  scontrol requeue "$SLURM_JOB_ID" || fail "this cluster does not let a job queue itself again: submit the same command again"
}

# end_with CODE DIRECTORY: 85 requeues the job, every other code ends it.
end_with() {
  [ "$1" != 85 ] || requeue "$2"
  [ "$1" != 0 ] || [ -z "${SLURM_JOB_ID:-}" ] || rm -f ".nubox-restarts-$SLURM_JOB_ID"
  exit "$1"
}

# run_to_end DIRECTORY COMMAND...: one run of nubox with output in DIRECTORY.
run_to_end() {
  local code=0 directory="$1"
  shift
  run "$@" || code=$?
  end_with "$code" "$directory"
}

# sbatch_options SCRIPT: fills `options` with the site's options for this script.
sbatch_options() {
  options=("${sbatch_all[@]}")
  case "$1" in
    train_*) options+=("${sbatch_train[@]}") ;;
    predict_*) options+=("${sbatch_predict[@]}") ;;
    *) options+=("${sbatch_boxes[@]}") ;;
  esac
}
