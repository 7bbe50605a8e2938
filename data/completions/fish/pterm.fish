# fish completion for pterm. Verbs, options and devices are asked of pterm itself;
# no device is asked anything.

function __pterm_verb
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --mode --via --for --timeout --poll
                set skip 1
            case '-*'
            case '*'
                echo $word
                return 0
        end
    end
    return 1
end

function __pterm_wants_verb
    set -l verb (__pterm_verb)
    or return 0
    test "$verb" = help
end

function __pterm_wants_device
    set -l verb (__pterm_verb)
    or return 1
    not contains -- "$verb" list help
end

function __pterm_devices
    set -l demo (string match -- '--demo*' (commandline -opc))
    pterm $demo --complete-devices 2>/dev/null
end

function __pterm_options
    pterm (__pterm_verb) --complete-options 2>/dev/null
end

complete -c pterm -f
complete -c pterm -n __pterm_wants_verb -a '(pterm --complete-verbs 2>/dev/null)'
complete -c pterm -n __pterm_wants_device -a '(__pterm_devices)'
complete -c pterm -n 'string match -q -- "-*" (commandline -ct)' -a '(__pterm_options)'
complete -c pterm -l mode -x -a 'normal listening safe dfu switching edl protected no-permission not-answering unknown'
complete -c pterm -l via -x -a 'control touch'
complete -c pterm -l demo -r -F
