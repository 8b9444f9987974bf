# Installs the packages of package-lock.json, unless they are installed already. As script/bootstrap
# does: the lock file is kept beside what was installed from it.
set(folder ${CMAKE_CURRENT_LIST_DIR})
set(stamp ${folder}/node_modules/.installed-lock.json)
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${folder}/package-lock.json ${stamp}
                RESULT_VARIABLE differs OUTPUT_QUIET ERROR_QUIET)
if(NOT differs)
  return()
endif()
find_program(npm npm)
if(NOT npm)
  message(FATAL_ERROR "npm is not there: the tests of openai agents need node 18 or newer and npm")
endif()
execute_process(COMMAND ${npm} ci --ignore-scripts --no-audit --no-fund --loglevel=error
                WORKING_DIRECTORY ${folder} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "the packages cannot be installed: `npm ci` in ${folder} failed")
endif()
file(COPY_FILE ${folder}/package-lock.json ${stamp})
