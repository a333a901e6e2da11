"""The platform that zips are built for: the function's, whatever the machine that builds them is."""

from dataclasses import dataclass

# glibc versions that the runtime's system (Amazon Linux 2023, glibc 2.34) can load, newest first.
_MANYLINUX = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True, slots=True)
class Target:
    """`architecture` as Lambda spells it (x86_64, arm64), `python_version` as "3.12"."""

    architecture: str = "x86_64"
    python_version: str = "3.12"

    @property
    def machine(self) -> str:
        return _MACHINES[self.architecture]

    @property
    def platforms(self) -> tuple[str, ...]:
        return tuple(f"{name}_{self.machine}" for name in _MANYLINUX)

    @property
    def label(self) -> str:
        return f"cp{self.python_version.replace('.', '')}-{self.machine}"

    @property
    def markers(self) -> dict[str, str]:
        """The environment in which a wheel's requirements are decided (PEP 508)."""
        return {
            "extra": "",
            "implementation_name": "cpython",
            "implementation_version": f"{self.python_version}.0",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python_version}.0",
            "python_version": self.python_version,
            "sys_platform": "linux",
        }
