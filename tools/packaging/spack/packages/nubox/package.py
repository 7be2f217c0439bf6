"""Spack recipe: spack repo add tools/packaging/spack; spack dev-build nubox@main (in a clone)."""

from spack.package import *


def python_platlib_of(package):
    """Where a Python package was installed: the wheel of LibTorch has include/ and lib/ there."""
    return join_path(package.prefix, package.spec["python"].package.platlib)


class Nubox(CMakePackage, CudaPackage):
    """Massive-neutrino N-body boxes from massless ones: matched simulations, a network over physics priors,
    prediction of full boxes and statistics, over MPI."""

    license("MIT")
    # Built from a clone (spack dev-build) or from this archive of it: git archive -o nubox-main.tar HEAD
    url = "file:///nubox-main.tar"

    version("main")

    variant("torch", default=True, description="train and predict, over LibTorch")
    variant("tests", default=False, description="build the test suite")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.22:", type="build")
    depends_on("ninja", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("hdf5@1.10.8: +mpi")
    depends_on("fftw@3.3.9: precision=float +mpi")
    depends_on("boost@1.74: +program_options")
    depends_on("gsl")
    depends_on("fmt@9:")
    depends_on("spdlog@1.10: +fmt_external")
    depends_on("nlohmann-json@3.11:")
    depends_on("xxhash")
    depends_on("random123")
    depends_on("googletest", when="+tests")
    depends_on("py-torch@2.7.1:", when="+torch")
    # CUDA 13 has dropped GPUs before sm_75: P100 and V100 need CUDA 12.
    for arch in ("60", "61", "70", "72"):
        depends_on("cuda@12.6:12", when=f"+torch cuda_arch={arch}")
    depends_on("py-torch +cuda", when="+torch +cuda")
    depends_on("nccl@2.26:", when="+torch +cuda")
    depends_on("cuda@12.6:", when="+torch +cuda")
    with default_args(type="run"):
        depends_on("python@3.9:")
        depends_on("py-numpy")
        depends_on("py-h5py")
        depends_on("py-matplotlib")
        depends_on("py-jinja2")
        depends_on("py-xxhash")

    generator("ninja")

    def cmake_args(self):
        args = [
            self.define_from_variant("NUBOX_TORCH", "torch"),
            self.define_from_variant("NUBOX_TESTS", "tests"),
            self.define("NUBOX_CUDA", "ON" if self.spec.satisfies("+torch +cuda") else "OFF"),
        ]
        if self.spec.satisfies("+torch"):
            torch = self.spec["py-torch"].package
            args.append(self.define("NUBOX_TORCH_ROOT", join_path(python_platlib_of(torch), "torch")))
        return args

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def check_tables_are_found(self):
        Executable(self.prefix.bin.nubox)("simulate", "--check")
