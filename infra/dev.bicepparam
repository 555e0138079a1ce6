using 'main.bicep'

// `azd` sets the two variables; with `az` export them. Names come from both: there is nothing to fall back to.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')

// The app's own name. A domain of yours goes here, not into a variable that the next deployment may lack.
param domain = 'azurewebsites.net'
param frontDoorId = ''
param mailMode = 'None'
param alertEmail = ''
// Everything that costs at rest is off.
param instanceMemoryMB = 512
param alwaysReadyHttp = 0
// Flex Consumption's old lower limit; some regions still hold it.
param maximumInstances = 40
param storageSku = 'Standard_LRS'
param signingMode = 'KeyVaultWrapped'
param fileRetentionDays = 7
param logDailyCapGB = 1
// Set for the one deployment before `latchkey bootstrap`; the next one without it takes it away.
param operatorSecretHash = readEnvironmentVariable('LATCHKEY_OPERATOR_SECRET_HASH', '')
