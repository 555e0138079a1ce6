// Mail by Azure Communication Services: the domain that sends, and the resource that the app asks. No access keys.
param emailServiceName string
param communicationName string
param tags object

@description('Where mail is kept on its way, e.g. Europe. It can\'t be changed afterwards.')
param dataLocation string

@description('Domain of the sender\'s address. Empty: one of Azure\'s, at once. Yours must be verified first (README, "Mail").')
param domainName string

@description('The sender\'s name before the @.')
param senderName string

var ownDomain = !empty(domainName)

resource email 'Microsoft.Communication/emailServices@2026-03-18' = {
  name: emailServiceName
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
  }
}

resource domain 'Microsoft.Communication/emailServices/domains@2026-03-18' = {
  parent: email
  name: ownDomain ? domainName : 'AzureManagedDomain'
  location: 'global'
  tags: tags
  properties: {
    domainManagement: ownDomain ? 'CustomerManaged' : 'AzureManaged'
    userEngagementTracking: 'Disabled'
  }
}

// Each domain has DoNotReply by itself.
resource sender 'Microsoft.Communication/emailServices/domains/senderUsernames@2026-03-18' = if (toLower(senderName) != 'donotreply') {
  parent: domain
  name: senderName
  properties: {
    username: senderName
    displayName: senderName
  }
}

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' = {
  name: communicationName
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
    linkedDomains: [domain.id]
    disableLocalAuth: true
  }
}
