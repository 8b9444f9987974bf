# Fails, with advice, unless the packages of package-lock.json are installed.
set(folder ${CMAKE_CURRENT_LIST_DIR})
foreach(package @elizaos/api-client @dwmkerr/mock-llm croner)
  if(NOT EXISTS ${folder}/node_modules/${package}/package.json)
    message(FATAL_ERROR "${package} is not installed: run `npm ci` in ${folder}")
  endif()
endforeach()
