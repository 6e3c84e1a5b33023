//! The kernel, before it starts the first program: `sysctl.vm.swappiness=10`, and knobs under /sys that have arguments of their own.

use crate::facts::kernel_arguments::{Arguments, PATH};
use crate::sysctl::forecast::{Assignment, Origin, Place};
use crate::sysctl::names;
use crate::sysctl::write::{Target, Write};

/// Arguments whose knob is called otherwise.
const ARGUMENTS: [(&str, &str); 2] = [
    ("transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled"),
    ("transparent_hugepage_shmem", "/sys/kernel/mm/transparent_hugepage/shmem_enabled"),
];

/// The parts of the kernel that concern memory and take parameters: others say nothing here.
const MODULES: [&str; 2] = ["zswap", "zram"];

/// The writes in their order.
pub(in crate::sysctl) fn writes(arguments: &Arguments) -> Vec<Write> {
    arguments.pairs().filter_map(|(name, value)| write(name, value)).collect()
}

fn write(name: &str, value: &str) -> Option<Write> {
    let path = path_of(name).filter(|_| !value.is_empty())?;
    let key = names::key_of_path(&path).unwrap_or_else(|| path.clone());
    let place = Place { file: PATH.to_owned(), line: 1 };
    let assignment = Assignment { place, key, value: value.to_owned(), origin: Origin::CommandLine };
    Some(Write::new(assignment, Target::Path(path)))
}

fn path_of(name: &str) -> Option<String> {
    if let Some(knob) = name.strip_prefix("sysctl.").or_else(|| name.strip_prefix("sysctl/")) {
        // The kernel makes a slash of every dot.
        return Some(format!("/proc/sys/{}", knob.replace('.', "/")));
    }
    if let Some((_, path)) = ARGUMENTS.iter().find(|(argument, _)| *argument == name) {
        return Some((*path).to_owned());
    }
    // A part of the kernel that could be a module.
    let (module, parameter) = name.split_once('.')?;
    let is_name = |text: &str| {
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
    };
    let is_parameter = MODULES.contains(&module) && is_name(parameter);
    is_parameter.then(|| {
        format!("/sys/module/{}/parameters/{}", module.replace('-', "_"), parameter.replace('-', "_"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::kernel_arguments::parse;

    #[test]
    fn knobs_and_parameters_are_told_from_the_rest() {
        let text = "root=/dev/sda1 sysctl.vm.swappiness=10 sysctl/kernel/x=1 transparent_hugepage=never zswap.max-pool=5 systemd.unit=x sysctl.vm.y=";
        let found: Vec<(String, String)> = writes(&parse(text))
            .into_iter()
            .map(|write| (write.assignment.key, write.assignment.value))
            .collect();
        let expected = [
            ("vm.swappiness", "10"),
            ("kernel.x", "1"),
            ("/sys/kernel/mm/transparent_hugepage/enabled", "never"),
            ("/sys/module/zswap/parameters/max_pool", "5"),
        ];
        assert_eq!(found, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
}
