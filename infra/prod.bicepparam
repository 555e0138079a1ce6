using 'main.bicep'

param environmentName = 'prod'
param location = 'westeurope'

// Yours; until you have set it, every deployment is refused. For the first one, before your name is bound to the app:
// azurewebsites.net.
param domain = 'login.example.com'
// The id of Azure Front Door, if it stands before the app.
param frontDoorId = ''
// From an address that Azure gives; mailFrom takes one of yours (README, "Mail").
param mailMode = 'Azure'
// Who hears of alerts and of the budget.
param alertEmail = ''
param instanceMemoryMB = 2048
// One warm instance: a sign-in page that takes seconds to appear is taken for a broken one.
param alwaysReadyHttp = 1
// true keeps two, in two zones, and is billed for both.
param zoneRedundant = false
param maximumInstances = 100
param storageSku = 'Standard_ZRS'
// No vault call per token, so the vault's limit is not the limit of sign-ins.
param signingMode = 'KeyVaultWrapped'
param fileRetentionDays = 30
param logRetentionDays = 90
param logDailyCapGB = 5
// A tenth tells where time goes; metrics count every request.
param tracePercent = 10
param probeReadiness = true
param privateNetwork = true
param malwareScanCapGB = 100
param monthlyBudget = 200
// Set for the one deployment before `latchkey bootstrap`; the next one without it takes it away.
param operatorSecretHash = readEnvironmentVariable('LATCHKEY_OPERATOR_SECRET_HASH', '')
