# SPDX-License-Identifier: Apache-2.0
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/pretext")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/ssl" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

if(TARGET pretext_cpu_compiled)
  install(TARGETS pretext_cpu_compiled EXPORT pretext-cpu_compiled)
  install(EXPORT pretext-cpu_compiled NAMESPACE pretext:: DESTINATION "${package_dir}")
endif()

configure_package_config_file(cmake/pretext-config.cmake.in "${PROJECT_BINARY_DIR}/pretext-config.cmake"
                              INSTALL_DESTINATION "${package_dir}" PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/pretext-config-version.cmake" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/pretext-config.cmake" "${PROJECT_BINARY_DIR}/pretext-config-version.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/pretext-components.cmake"
        DESTINATION "${package_dir}")
