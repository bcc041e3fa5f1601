#!/usr/bin/env bash
# Checks on a cluster: a job array does the shares of the work, and a job that waits for it joins them.
#
#   report/slurm/submit.sh 8 /shared/report /shared/claims --effort full
#
# leaves in /shared/report, which all machines must see, what one
# `isserlis report --output /shared/report /shared/claims --effort full` would write there, times
# apart. ISSERLIS names the program, SBATCH_* variables choose partition, account and time limit.
# A task that was killed or preempted goes on where it was: `scontrol requeue JOB_TASK`, then submit
# merge.sh again. Prints the numbers of both jobs.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: $0 SHARDS OUTPUT [FILE|DIR|OPTION]..." >&2; exit 2; }
shards=$1 output=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$output"
array=$(sbatch --parsable --array="1-$shards" --output="$output/share-%a.log" \
    "$here/share.sh" "$output" "$@")
# After any end: where a share is missing, the merge says which.
merge=$(sbatch --parsable --dependency="afterany:$array" --output="$output/merge.log" \
    "$here/merge.sh" "$output")
echo "$array $merge"
