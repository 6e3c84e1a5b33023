# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_memtune_global_optspecs
    string join \n root= json color= n/dry-run y/yes v/verbose q/quiet h/help V/version
end

function __fish_memtune_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_memtune_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_memtune_using_subcommand
    set -l cmd (__fish_memtune_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c memtune -n "__fish_memtune_needs_command" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_needs_command" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_needs_command" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_needs_command" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_needs_command" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_needs_command" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_needs_command" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_needs_command" -s V -l version -d 'Print version'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "doctor" -d 'Examine the memory set-up and say what to mend'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "tune" -d 'Set the machine up for what it is used for, by a profile'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "swap" -d 'Show the machine\'s swap, say how much of which kind it needs, add, remove and compress it'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "limits" -d 'See which unit may take how much memory, whether all of them fit together, and give them limits'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "watch" -d 'Have the right job ended before the machine runs out of memory'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "history" -d 'List every change that memtune made here'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "undo" -d 'Take a change back'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c memtune -n "__fish_memtune_needs_command" -f -a "man" -d 'Write the manual pages into a folder'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l check -d 'Run only these checks, by id or name' -r -f -a "P01\t'no-psi'
P02\t'pressure'
P03\t'available'
P04\t'slab-leak'
P05\t'unaccounted'
P06\t'page-tables'
P07\t'tmpfs'
P08\t'dirty-now'
P09\t'mlocked'
P10\t'hardware'
W01\t'no-swap'
W02\t'swap-full'
W03\t'thrashing'
W04\t'swap-at-boot'
W05\t'swap-file-permissions'
W06\t'swap-priority'
W07\t'swap-file-system'
W08\t'swap-header'
W09\t'swap-unencrypted'
W10\t'swap-slow-medium'
W11\t'swap-managers'
W12\t'resume-stale'
W13\t'swap-deleted'
Z01\t'zram-and-zswap'
Z02\t'zram-cost'
Z03\t'zram-size'
Z04\t'zram-config'
Z05\t'zswap-full'
C01\t'refused'
C02\t'commit-high'
C03\t'mode2-unsized'
C04\t'mode2-reserve'
C05\t'need-overcommit1'
U01\t'budget'
U02\t'ancestor'
U03\t'high-order'
U04\t'high-livelock'
U05\t'unit-oom'
U06\t'near-max'
U07\t'ignored-setting'
U08\t'control-leftover'
U09\t'v1-noop'
U10\t'crash-loop'
U11\t'unprotected'
U12\t'immune-hog'
U13\t'unlimited-containers'
L01\t'rlimit-as'
L02\t'memlock'
L03\t'pam-noop'
K01\t'killers'
K02\t'oomd-idle'
K03\t'oomd-prereq'
K04\t'tuned'
S01\t'sysctl-drift'
S02\t'sysctl-shadowed'
S03\t'sysctl-conf-unread'
S04\t'sysctl-unknown-key'
S05\t'sysctl-bad-value'
S06\t'sysctl-pair'
S07\t'min-free-low'
S08\t'min-free-high'
S09\t'watermark-scale-noop'
S10\t'reclaim-behind'
S11\t'swappiness'
S12\t'page-cluster'
S13\t'vfs-cache-pressure'
S14\t'dirty-limit'
S15\t'dirtytime-noop'
S16\t'oom-policy'
S17\t'map-count'
S18\t'drop-caches'
T01\t'hugetlb-idle'
T02\t'thp-vs-app'
T03\t'thp-small'
N01\t'zone-reclaim'
N02\t'numa-skew'
F01\t'fragmentation'
F02\t'cma'
R01\t'mglru'
E01\t'container'
E02\t'immutable-etc'
E03\t'balloon'"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l group -d 'Run only the checks of these groups, by name or letter' -r -f -a "pressure\t'Memory now'
swap\t'Swap'
compressed-swap\t'Compressed swap'
overcommit\t'Overcommit'
units\t'Units'
resource-limits\t'Resource limits'
keepers\t'Watchdogs and tuners'
sysctl\t'Kernel knobs'
huge-pages\t'Huge pages'
numa\t'NUMA'
fragmentation\t'Fragmentation'
reclaim\t'Reclaim'
surroundings\t'Surroundings'"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l fail-on -d 'End with status 1 from this severity on' -r -f -a "warn\t'Warnings and errors'
error\t'Errors only'"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l sample -d 'Take two readings this many seconds apart, to see rates' -r
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l profile -d 'Run the checks that matter to this profile, and see whether its values hold' -r -f -a "cassandra\t''
clickhouse\t''
desktop-zram\t''
elasticsearch\t''
gaming\t''
hydrus\t''
jetson-llm\t''
k8s-node\t''
kafka\t''
latency-server\t''
llama-server\t''
mongodb\t''
postgresql\t''
redis\t''
sbc\t''
throughput-server\t''"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l fix -d 'Offer to mend what was found, one plan after the other'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -f -a "list" -d 'List all checks'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and not __fish_seen_subcommand_from list explain" -f -a "explain" -d 'Explain one check with this machine\'s numbers'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from list" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from list" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from list" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -l sample -d 'Take two readings this many seconds apart, to see rates' -r
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand doctor; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -l profile -d 'Apply this profile; several are composed' -r -f -a "cassandra\t''
clickhouse\t''
desktop-zram\t''
elasticsearch\t''
gaming\t''
hydrus\t''
jetson-llm\t''
k8s-node\t''
kafka\t''
latency-server\t''
llama-server\t''
mongodb\t''
postgresql\t''
redis\t''
sbc\t''
throughput-server\t''"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -l unit -d 'Limit this unit of systemd, too, such as llama.service' -r
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -l literal -d 'Take the numbers of the profile\'s source document as they stand, unless they would endanger this machine'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -f -a "list" -d 'List the profiles'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -f -a "show" -d 'Show what a profile sets here, and why'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -f -a "recommend" -d 'Say which profiles fit this machine, and why'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -f -a "diff" -d 'Show what applying a profile would change'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -f -a "apply" -d 'Apply a profile, now and for every boot'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -f -a "verify" -d 'Compare wanted, running and next boot\'s values; ends with status 1 where they differ'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -f -a "off" -d 'Take back all that profiles changed here'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and not __fish_seen_subcommand_from list show recommend diff apply verify off status" -f -a "status" -d 'Show for each kernel knob what runs, what the next boot sets, and which file and line wins'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from list" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from list" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from list" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -l unit -d 'Limit this unit of systemd, too, such as llama.service' -r
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -l literal -d 'Take the numbers of the profile\'s source document as they stand, unless they would endanger this machine'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from recommend" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from recommend" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from recommend" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from recommend" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from recommend" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from recommend" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from recommend" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from recommend" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -l unit -d 'Limit this unit of systemd, too, such as llama.service' -r
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -l literal -d 'Take the numbers of the profile\'s source document as they stand, unless they would endanger this machine'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -l unit -d 'Limit this unit of systemd, too, such as llama.service' -r
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -l literal -d 'Take the numbers of the profile\'s source document as they stand, unless they would endanger this machine'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -l unit -d 'Limit this unit of systemd, too, such as llama.service' -r
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -l literal -d 'Take the numbers of the profile\'s source document as they stand, unless they would endanger this machine'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from off" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from off" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from off" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from off" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from off" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from off" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from off" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from off" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from status" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from status" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from status" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from status" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand tune; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -f -a "show" -d 'Show the swap areas, what turns them on at boot, and what compressing costs and brings'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -f -a "add" -d 'Add a swap file, or a device, now and for every boot'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -f -a "remove" -d 'Take a swap area off, and delete its file'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -f -a "resize" -d 'Make a swap file larger or smaller'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -f -a "advise" -d 'Say how much swap this machine should have, of which kind, and why'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -f -a "zram" -d 'Have compressed swap in memory, now and at every boot, or give it up'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and not __fish_seen_subcommand_from show add remove resize advise zram zswap" -f -a "zswap" -d 'Keep pages compressed in memory on their way to a swap area on a disk, or not, now and at every boot'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from show" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from show" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from show" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -l file -d 'The file to be made, or a device, in place of /swapfile' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -l priority -d 'Fill areas of higher priority first, from 0 to 32767; the kernel puts it behind all others if none is named' -r
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -l no-fstab -d 'Leave /etc/fstab as it is: the area is off after the next boot'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -l keep-file -d 'Leave the file where it is'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from resize" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from resize" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from resize" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from resize" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from resize" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from resize" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from resize" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from resize" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -l profile -d 'Go by the wishes of this profile instead of the active one\'s; several are composed' -r -f -a "cassandra\t''
clickhouse\t''
desktop-zram\t''
elasticsearch\t''
gaming\t''
hydrus\t''
jetson-llm\t''
k8s-node\t''
kafka\t''
latency-server\t''
llama-server\t''
mongodb\t''
postgresql\t''
redis\t''
sbc\t''
throughput-server\t''"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from advise" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zram" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zram" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zram" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zram" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zram" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zram" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zram" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zram" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -l compressor -d 'What pages are compressed with, such as zstd or lz4' -r -f -a "zstd\t''
lz4\t''
lzo-rle\t''
lzo\t''
deflate\t''
842\t''"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -l pool -d 'The most that the pool may take of memory, such as 25%' -r
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand swap; and __fish_seen_subcommand_from zswap" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -f -a "show" -d 'Show what units hold, what they may hold, and what set that'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -f -a "budget" -d 'Say whether all that may take memory fits into the machine together; ends with status 1 where it does not'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -f -a "suggest" -d 'Say which limits a unit should have, each with its reason, and the command that sets them'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -f -a "set" -d 'Give a unit limits, now and at every start'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -f -a "unset" -d 'Take away what `set` has set: the named properties, or all of them'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -f -a "try" -d 'Run a program under limits of a unit that end with it, and say what it needed'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and not __fish_seen_subcommand_from show budget suggest set unset try run" -f -a "run" -d 'Run a program under limits that each process has for itself (setrlimit(2)), and say which of them it died of'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -l all -d 'Show inactive units, too'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -l user -d 'Ask the systemd of your own session instead of the machine\'s'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -l reserve -d 'Keep so much free, such as 4G or 10%, instead of 1.5 x vm.min_free_kbytes and 5 % of memory' -r
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -l add -d 'Count this unit as if its MemoryMax were SIZE, whether it is there or not; may be repeated' -r
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -l instance -d 'Declare a part of a unit and what it needs, such as llama.service/chat=10G; without a unit it stands for itself' -r
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -l instances -d 'Read such parts from a TOML file: a table for each unit, and in it lines such as chat = "10G"' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from budget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -l observe -d 'Watch the unit for so long first, such as 30s, 10m or 2h; Ctrl-C ends that early, and what was seen counts' -r
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -l user -d 'It is a unit of your own session\'s systemd'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from suggest" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -l restart -d 'Start the service anew, wait until it is up and stays so, and take everything back where it does not'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -l keep-leftovers -d 'Leave what `systemctl set-property` wrote where it contradicts'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -l user -d 'It is a unit of the caller\'s own systemd, also through sudo; as root without sudo, of every user\'s'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -l force -d 'Go on where somebody has written into memtune\'s drop-in by hand: `set` keeps it, `unset` takes the limits in it away, too'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -l user -d 'It is a unit of the caller\'s own systemd, also through sudo; as root without sudo, of every user\'s'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -l force -d 'Go on where somebody has written into memtune\'s drop-in by hand: `set` keeps it, `unset` takes the limits in it away, too'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -l ladder -d 'Try one MemoryMax after the other, from the largest down, until the program no longer survives; its input is empty' -r
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -l user -d 'Let the systemd of your own session make the scope, as it does for whoever is not root'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from try" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -l rlimit -d 'Limits: as, data, stack, memlock, fsize, core and msgqueue in bytes such as 512M; cpu and rttime as times such as 90s; nofile, nproc, sigpending, nice and rtprio as numbers; `unlimited` for none. NAME=SOFT:HARD lets the program raise it from the one to the other' -r -f -a "as\t'address space'
data\t'memory that belongs to no file'
stack\t'memory of its calls'
memlock\t'locked memory'
fsize\t'size of a file that it writes'
core\t'size of a core dump'
msgqueue\t'message queues of its user'
cpu\t'processor time'
rttime\t'processor time in real time without a wait'
nofile\t'open files'
nproc\t'processes of its user'
sigpending\t'signals of its user that wait'
nice\t'20 less the lowest nice value'
rtprio\t'priority in real time'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -l ladder -d 'Try one size after the other, from the largest down, until the program no longer survives; its input is empty' -r
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -l of -d 'The limit that the ladder is for: as, data, stack or memlock' -r -f -a "as\t'address space'
data\t'memory that belongs to no file'
stack\t'memory of its calls'
memlock\t'locked memory'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand limits; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -l config -d 'Go by the settings in FILE in place of /etc/memtune/watch.toml' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -l record -d 'Keep all that is seen in FILE, for `memtune watch replay`; a recording that is there already goes on' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -l print -d 'Tell of each look at the memory, as -v does'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "run" -d 'Watch here in the foreground until Ctrl-C, and tell what is done and why; the same as `memtune watch` alone'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "status" -d 'Show whether the watchdog runs, the level that holds, what the levels are here, and what it did last'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "explain" -d 'Say who would be ended if memory were short now, and why the others would not'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "replay" -d 'Say what the watchdog would have done in a recording: would it have saved the machine last night?'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "start" -d 'Have the watchdog act again after `stop`'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "stop" -d 'Have the watchdog look on without ending anything'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "print" -d 'Have the watchdog tell of each look at the memory, or not any more'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "lowmem" -d 'Have the watchdog take memory for short at its next look'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "reload" -d 'Have the watchdog read its settings anew; with settings that are wrong it keeps the old ones'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "check" -d 'Say whether a file of settings is sound, and what it comes to on this machine'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "config" -d 'Print a file of settings to begin with: each value that holds without one, with its meaning'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "hook" -d 'Print a hook that tells everybody at a desktop of this machine who was ended: a script for `after-kill` in the settings'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "install" -d 'Install the watchdog as a service, now and at every boot'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and not __fish_seen_subcommand_from run status explain replay start stop print lowmem reload check config hook install uninstall" -f -a "uninstall" -d 'Take the service away; the settings stay'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -l config -d 'Go by the settings in FILE in place of /etc/memtune/watch.toml' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -l record -d 'Keep all that is seen in FILE, for `memtune watch replay`; a recording that is there already goes on' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -l print -d 'Tell of each look at the memory, as -v does'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -l last -d 'Tell the story of the last N jobs that were ended, 5 if no number is named, in place of all that; needs no root, and no watchdog that still runs' -r
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -l config -d 'Go by the settings in FILE in place of /etc/memtune/watch.toml' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -l config -d 'Go by the settings in FILE in place of /etc/memtune/watch.toml' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from print" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from lowmem" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from reload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from hook" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -l socket -d 'Speak to the watchdog that listens at PATH, in place of the machine\'s; one that is run listens there' -r -F
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand watch; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand history" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand history" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand history" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand history" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand history" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand history" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand history" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand undo" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand undo" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand undo" -l force -d 'Put back what was there even where somebody has changed it since'
complete -c memtune -n "__fish_memtune_using_subcommand undo" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand undo" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand undo" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand undo" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand undo" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand completions" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand completions" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand completions" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand completions" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand completions" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand completions" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand completions" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c memtune -n "__fish_memtune_using_subcommand man" -l root -d 'Examine the tree at DIR instead of this machine' -r -f -a "(__fish_complete_directories)"
complete -c memtune -n "__fish_memtune_using_subcommand man" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c memtune -n "__fish_memtune_using_subcommand man" -l json -d 'Print one JSON object instead of text'
complete -c memtune -n "__fish_memtune_using_subcommand man" -s n -l dry-run -d 'Show what would be changed, and change nothing'
complete -c memtune -n "__fish_memtune_using_subcommand man" -s y -l yes -d 'Do what was planned without asking'
complete -c memtune -n "__fish_memtune_using_subcommand man" -s v -l verbose -d 'Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory'
complete -c memtune -n "__fish_memtune_using_subcommand man" -s q -l quiet -d 'Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of limits suggest the command'
complete -c memtune -n "__fish_memtune_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
