# attack: more nested blocks than Python has room for, of each kind: indentation, static blocks, with and try
# expect: validator
# validator: refused
try:
 if True:
  if True:
   try:
    if True:
     if True:
      try:
       if True:
        if True:
         try:
          if True:
           if True:
            try:
             if True:
              if True:
               try:
                if True:
                 if True:
                  try:
                   if True:
                    if True:
                     try:
                      if True:
                       if True:
                        try:
                         if True:
                          if True:
                           try:
                            if True:
                             if True:
                              try:
                               if True:
                                if True:
                                 try:
                                  if True:
                                   if True:
                                    try:
                                     if True:
                                      if True:
                                       try:
                                        if True:
                                         if True:
                                          try:
                                           if True:
                                            if True:
                                             try:
                                              if True:
                                               if True:
                                                try:
                                                 if True:
                                                  if True:
                                                   try:
                                                    if True:
                                                     if True:
                                                      try:
                                                       if True:
                                                        if True:
                                                         try:
                                                          if True:
                                                           if True:
                                                            try:
                                                             if True:
                                                              if True:
                                                               try:
                                                                if True:
                                                                 if True:
                                                                  try:
                                                                   if True:
                                                                    if True:
                                                                     try:
                                                                      if True:
                                                                       if True:
                                                                        try:
                                                                         if True:
                                                                          if True:
                                                                           try:
                                                                            if True:
                                                                             if True:
                                                                              try:
                                                                               if True:
                                                                                if True:
                                                                                 try:
                                                                                  if True:
                                                                                   if True:
                                                                                    try:
                                                                                     if True:
                                                                                      if True:
                                                                                       try:
                                                                                        if True:
                                                                                         if True:
                                                                                          try:
                                                                                           if True:
                                                                                            if True:
                                                                                             try:
                                                                                              if True:
                                                                                               if True:
                                                                                                try:
                                                                                                 if True:
                                                                                                  if True:
                                                                                                   try:
                                                                                                    if True:
                                                                                                     if True:
                                                                                                      try:
                                                                                                       if True:
                                                                                                        if True:
                                                                                                         try:
                                                                                                          if True:
                                                                                                           if True:
                                                                                                            try:
                                                                                                             if True:
                                                                                                              if True:
                                                                                                               try:
                                                                                                                if True:
                                                                                                                 if True:
                                                                                                                  try:
                                                                                                                   if True:
                                                                                                                    if True:
                                                                                                                     try:
                                                                                                                      if True:
                                                                                                                       if True:
                                                                                                                        pass
