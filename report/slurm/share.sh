#!/usr/bin/env bash
#SBATCH --job-name=isserlis
#SBATCH --requeue
#SBATCH --open-mode=append
# One task of an array: its share of a report, OUTPUT [FILE|DIR|OPTION]... See submit.sh.
set -euo pipefail
output=$1
shift
# The share is that of the task; Slurm says how many threads it has.
exec "${ISSERLIS:-isserlis}" report --output "$output" --threads "${SLURM_CPUS_PER_TASK:-1}" "$@"
